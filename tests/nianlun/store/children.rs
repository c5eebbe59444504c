//! What this program does when a case starts it as a child; in an ordinary run, nothing.

use nianlun::store::{Store, open};

use crate::support::child::{role, say};
use crate::support::database::runtime;
use crate::support::events::{company, note, persist};

#[test]
fn entry() {
    let Some((role, url)) = role() else { return };
    runtime().block_on(async {
        let store = open(&url).await.expect("the store opens");
        say("ready");
        match role.as_str() {
            "writer" => write(&*store).await,
            "sequencer" => sequence(&*store).await,
            other => panic!("no such role: {other}"),
        }
    });
}

/// Appends until killed, single and in bulk, and says each sequence once it is acknowledged.
async fn write(store: &dyn Store) {
    for sequence in (1..).step_by(3) {
        persist(store, &[note(company(1), sequence)])
            .await
            .expect("appended");
        say(sequence);
        store
            .append_bulk(&[
                note(company(1), sequence + 1),
                note(company(1), sequence + 2),
            ])
            .await
            .expect("appended");
        say(sequence + 1);
        say(sequence + 2);
    }
}

/// Admits until killed, and says how many after each round that admitted.
async fn sequence(store: &dyn Store) {
    loop {
        let admitted = store.sequence().await.expect("a round").admitted;
        if admitted > 0 {
            say(admitted);
        }
    }
}
