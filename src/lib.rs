//! Nianlun (年轮): the record of how enterprises grow.

pub mod store;
