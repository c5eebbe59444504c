//! Progress bars: on a terminal only, with rate and time left.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar with what is done and what is counted.
#[must_use]
pub fn bar(quiet: bool, what: &str, unit: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(
        Some(0),
        if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        },
    );
    let template =
        format!("{what} {{wide_bar}} {{human_pos}}/{{human_len}} {unit} {{per_sec}} {{eta}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A counter of what is read, with the rate: how much there is, is not known before.
#[must_use]
pub fn counter(quiet: bool, what: &str, unit: &str) -> ProgressBar {
    let bar = bar(quiet, what, unit);
    let template = format!("{what} {{spinner}} {{human_pos}} {unit} {{per_sec}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}

/// Moves a bar.
pub fn set(bar: &ProgressBar, done: u64, all: u64) {
    bar.set_length(all);
    bar.set_position(done);
}
