//! Many events in one transaction.

use cqrs_es::persist::SerializedEvent;
use sqlx::PgPool;

use crate::store::StoreError;

const COPY: &str = "COPY events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
    FROM STDIN";

/// How much is gathered before it is sent, in bytes.
const CHUNK: usize = 1 << 20;

pub(super) async fn bulk(pool: &PgPool, events: &[SerializedEvent]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let mut transaction = pool.begin().await?;
    let mut copy = transaction.copy_in_raw(COPY).await?;
    let mut chunk = String::with_capacity(CHUNK + CHUNK / 4);
    for event in events {
        line(&mut chunk, event);
        if chunk.len() >= CHUNK {
            copy.send(chunk.as_bytes()).await?;
            chunk.clear();
        }
    }
    copy.send(chunk.as_bytes()).await?;
    copy.finish().await?;
    transaction.commit().await?;
    Ok(())
}

/// One row in COPY's text format.
fn line(out: &mut String, event: &SerializedEvent) {
    let sequence = event.sequence.to_string();
    let payload = event.payload.to_string();
    let metadata = event.metadata.to_string();
    let columns = [
        event.aggregate_type.as_str(),
        &event.aggregate_id,
        &sequence,
        &event.event_type,
        &event.event_version,
        &payload,
        &metadata,
    ];
    for (place, column) in columns.into_iter().enumerate() {
        if place > 0 {
            out.push('\t');
        }
        escaped(out, column);
    }
    out.push('\n');
}

fn escaped(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
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
        let mut out = String::new();
        line(&mut out, &event);
        assert_eq!(
            out,
            "company\ta\\tb\t7\tNamed\t1.0\t{\"name\":\"甲\\\\n\\\\\\\\乙\"}\t{}\n"
        );
    }
}
