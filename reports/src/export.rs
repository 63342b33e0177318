//! A recorded trial for other viewers, a file per format. Each is a pure function of a
//! [`Recording`](crate::recording::Recording).

pub mod chrome;
pub mod json;
pub mod mermaid;
pub mod otlp;
pub mod parquet;
pub mod shiviz;
