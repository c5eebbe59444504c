//! The `nianlun` program.

fn main() {}
