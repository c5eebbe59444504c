//! What is printed.

use std::fmt;
use std::time::Duration;

use comfy_table::{CellAlignment, Table as Grid, presets};

/// What a ratio must be.
#[derive(Clone, Copy)]
pub enum Wanted {
    /// So much or more.
    AtLeast(f64),
    /// So much or less.
    AtMost(f64),
    /// Shown for information.
    Nothing,
}

/// One measurement against its reference, repetition by repetition.
pub struct Measured {
    /// What is measured.
    pub what: String,
    /// Against what.
    pub reference: String,
    /// In what.
    pub unit: &'static str,
    /// Ours and the reference's.
    pub pairs: Vec<(f64, f64)>,
    /// What the median of the ratios must be.
    pub wanted: Wanted,
}

/// All of them.
#[derive(Default)]
pub struct Table(Vec<Measured>);

impl Table {
    /// Adds a measurement, and tells of it at once.
    pub fn add(&mut self, measured: Measured) {
        eprintln!(
            "  {} against {}: {:.2}",
            measured.what,
            measured.reference,
            median(measured.ratios())
        );
        self.0.push(measured);
    }
}

impl Measured {
    fn ratios(&self) -> Vec<f64> {
        self.pairs
            .iter()
            .map(|(ours, reference)| ours / reference)
            .collect()
    }

    fn verdict(&self) -> &'static str {
        let ratio = median(self.ratios());
        let met = match self.wanted {
            Wanted::AtLeast(bound) => ratio >= bound,
            Wanted::AtMost(bound) => ratio <= bound,
            Wanted::Nothing => return "",
        };
        if met { "met" } else { "MISSED" }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(bound) => write!(f, "≥ {bound}"),
            Self::AtMost(bound) => write!(f, "≤ {bound}"),
            Self::Nothing => Ok(()),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut grid = Grid::new();
        grid.load_style(presets::ASCII_MARKDOWN).set_header([
            "measured",
            "against",
            "in",
            "ours",
            "reference",
            "ratio",
            "from–to",
            "wanted",
            "",
        ]);
        for measured in &self.0 {
            let ours = measured.pairs.iter().map(|(ours, _)| *ours).collect();
            let reference = measured.pairs.iter().map(|(_, theirs)| *theirs).collect();
            let ratios = measured.ratios();
            let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
            let most = ratios.iter().copied().fold(0.0, f64::max);
            grid.add_row([
                measured.what.clone(),
                measured.reference.clone(),
                measured.unit.to_owned(),
                format!("{:.0}", median(ours)),
                format!("{:.0}", median(reference)),
                format!("{:.2}", median(ratios)),
                format!("{least:.2}–{most:.2}"),
                measured.wanted.to_string(),
                measured.verdict().to_owned(),
            ]);
        }
        for column in [3, 4, 5] {
            if let Some(column) = grid.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        write!(f, "{grid}")
    }
}

/// The middle one; of an even number the lower of the two.
fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(f64::NAN)
}

/// So many in a second.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub fn rate(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
