//! Suggesting a mapping for a file that nobody has mapped yet.

mod code;
mod column;
mod guess;
mod header;
mod lines;
mod meaning;
