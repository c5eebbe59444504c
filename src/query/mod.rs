//! Questions that the facts answer: each at a day, as known at a time.

mod company;
mod dates;
mod describe;
mod directory;
mod findings;
mod history;
mod membership;
mod pipeline;
mod point;
mod state;

pub use company::{
    Candidate, Find, company_list, find_companies, names_among, synthetic, taken_in,
};
pub use dates::Dates;
pub use describe::{event_name, event_says};
pub use directory::{Directory, Place};
pub use findings::{FindingLine, findings, known_findings, wording_of_finding};
pub use history::{HistoryLine, history};
pub use membership::{
    Group, GroupCount, Member, SeriesPoint, Stays, group_counts, group_series, members, spells,
    stays,
};
pub use pipeline::{Pipeline, PipelineFilter, StageCount, first_day, pipeline, stage_totals};
pub use point::{Period, Point, PointError, known_at, periods};
pub use state::{State, state};
