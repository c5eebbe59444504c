//! Many events in one transaction.

use async_trait::async_trait;
use sqlx::{PgPool, Postgres, Transaction};

use crate::store::{Bulk, NewEvent, StoreError};

const COPY: &str = "COPY events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
    FROM STDIN";

/// How much is gathered before it is sent, in bytes.
const CHUNK: usize = 1 << 20;

/// An open transaction.
pub(super) struct Copy(Transaction<'static, Postgres>);

pub(super) async fn begin(pool: &PgPool) -> Result<Copy, StoreError> {
    Ok(Copy(pool.begin().await?))
}

#[async_trait]
impl Bulk for Copy {
    async fn append(&mut self, events: &[NewEvent]) -> Result<(), StoreError> {
        if events.is_empty() {
            return Ok(());
        }
        let mut copy = self.0.copy_in_raw(COPY).await?;
        let mut chunk = Vec::with_capacity(CHUNK + CHUNK / 4);
        for event in events {
            line(&mut chunk, event);
            if chunk.len() >= CHUNK {
                copy.send(chunk.as_slice()).await?;
                chunk.clear();
            }
        }
        copy.send(chunk.as_slice()).await?;
        copy.finish().await?;
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}

/// One row in COPY's text format.
fn line(out: &mut Vec<u8>, event: &NewEvent) {
    let sequence = event.sequence.to_string();
    let columns = [
        event.aggregate_type.as_str(),
        &event.aggregate_id,
        &sequence,
        &event.event_type,
        &event.event_version,
        &event.payload,
        &event.metadata,
    ];
    for (place, column) in columns.into_iter().enumerate() {
        if place > 0 {
            out.push(b'\t');
        }
        escaped(out, column.as_bytes());
    }
    out.push(b'\n');
}

/// The bytes that separate rows and columns are ASCII, so they are never part of another character.
fn escaped(out: &mut Vec<u8>, text: &[u8]) {
    let special = |byte: &u8| matches!(byte, b'\\' | b'\t' | b'\n' | b'\r');
    let mut rest = text;
    while let Some(at) = rest.iter().position(special) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(match rest[at] {
            b'\t' => b"\\t",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            _ => b"\\\\",
        });
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use cqrs_es::persist::SerializedEvent;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_separates_rows_and_columns_is_escaped() {
        let event = SerializedEvent::new(
            "a\tb".to_owned(),
            7,
            "company".to_owned(),
            "Named".to_owned(),
            "1.0".to_owned(),
            json!({"name": "甲\n\\乙"}),
            json!({}),
        );
        let mut out = vec![];
        line(&mut out, &NewEvent::from(&event));
        assert_eq!(
            String::from_utf8(out).expect("UTF-8"),
            "company\ta\\tb\t7\tNamed\t1.0\t{\"name\":\"甲\\\\n\\\\\\\\乙\"}\t{}\n"
        );
    }
}
