//! The mapping by which an exported roster can be imported again: what stands already is confirmed by it, and adds nothing.

use std::fmt::Write;

use super::companies::USCI;
use super::roster::Listed;
use crate::query::Group;

/// The mapping for a roster. `code` is that of the carrier or cluster, or the source's name; `schemes` are those of its columns
/// `id:SCHEME`. The headings must be the codes.
#[must_use]
pub fn roster_mapping(listed: &Listed, code: &str, schemes: &[String]) -> String {
    let mut toml = format!(
        "name = \"roster-export\"\ntitle = {}\nshape = \"roster\"\n\n[roster]\nlist = {}\nobserved_on = {{ column = \"observed_on\" }}\n",
        quoted(&format!("exported roster of {code}")),
        quoted(&list(listed, code)),
    );
    let mut identify = |entry: &str| {
        // Writing to a text cannot fail.
        let _ = write!(toml, "\n[[subject.identify]]\n{entry}\n");
    };
    identify("record = { column = \"id\" }");
    identify(&format!("usci = {{ column = \"{USCI}\" }}"));
    for scheme in schemes {
        let column = quoted(&format!("id:{scheme}"));
        identify(&format!(
            "scheme = {}\nid = {{ column = {column} }}",
            quoted(scheme)
        ));
    }
    toml.push_str("\n[subject.register]\nname = { column = \"name\" }\n\n[[output]]\n");
    let output = match listed {
        Listed::Group(Group::Occupancy(_)) => format!(
            "opens = \"occupancy-started\"\nends = \"occupancy-ended\"\ncarrier = {}\nunit = {{ column = \"unit\" }}\narea = {{ column = \"area\" }}\ntenure = {{ column = \"tenure\" }}\nrole = {{ column = \"role\" }}\n",
            quoted(code)
        ),
        Listed::Group(Group::Programme(_)) => format!(
            "opens = \"programme-started\"\nends = \"programme-ended\"\ncarrier = {}\nprogramme = {{ column = \"programme\" }}\non_end = {{ outcome = \"unknown\" }}\n",
            quoted(code)
        ),
        Listed::Group(Group::Cluster(_)) => format!(
            "opens = \"membership-started\"\nends = \"membership-ended\"\ncluster = {}\ntier = {{ column = \"tier\" }}\ncapacity = {{ column = \"capacity\" }}\n",
            quoted(code)
        ),
        Listed::Source(_) => format!(
            "opens = \"presence-observed\"\nends = \"presence-observed\"\nsource = {source}\npresent = \"yes\"\non_end = {{ present = \"no\" }}\n\n[[output]]\nevent = \"status-observed\"\nsource = {source}\nvalue = {{ column = \"status\" }}\n",
            source = quoted(code)
        ),
    };
    toml + &output
}

fn list(listed: &Listed, code: &str) -> String {
    let what = match listed {
        Listed::Group(Group::Occupancy(_)) => "occupancy",
        Listed::Group(Group::Programme(_)) => "programme",
        Listed::Group(Group::Cluster(_)) => "cluster",
        Listed::Source(_) => "source",
    };
    format!("{what}/{code}")
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
