//! Questions that the facts answer: each at a day, as known at a time.

mod company;
mod dates;
mod describe;
mod directory;
mod filter;
mod findings;
mod history;
mod membership;
mod notes;
mod pipeline;
mod places;
mod point;
mod state;

pub use company::{
    Candidate, Find, company_list, find_companies, names_among, synthetic, taken_in,
};
pub use dates::Dates;
pub use describe::{event_name, event_says};
pub use directory::{Directory, Place};
pub use filter::{FilterError, FilterPart, pipeline_filter};
pub use findings::{
    Asked, FindingLine, finding_called, findings, known_findings, wording_of_finding,
};
pub use history::{HistoryLine, history};
pub use membership::{
    Group, GroupCount, Member, SeriesPoint, Stays, group_counts, group_series, members, spells,
    stays,
};
pub use notes::{
    companies_in_all, ladders_note, made_up, made_up_among, made_up_itself, pipeline_notes,
    pipeline_totals,
};
pub use pipeline::{Pipeline, PipelineFilter, StageCount, StageTotals, pipeline, stage_series};
pub use places::{CarrierLine, ClusterLine, carriers, clusters};
pub use point::{Period, Point, PointError, known_at, periods};
pub use state::{State, state};
