//! Rows on their way to a table, by either of two ways from one list of columns.
//!
//! A value goes as PostgreSQL's own binary form, so nothing is printed here to be parsed there.

use sqlx::encode::IsNull;
use sqlx::postgres::PgArgumentBuffer;
use sqlx::{Encode, PgConnection, Postgres};

/// Defines how the rows of a table are written: `unnest` arrays into `$upsert`, or `COPY` by `$copy`. `$value` is one column of `$row`, in
/// the order of both statements.
macro_rules! table {
    ($name:ident, $row:ident: $type:ty, $upsert:expr, $copy:expr, [$($value:expr),+ $(,)?]) => {
        pub(crate) async fn $name(
            connection: &mut sqlx::PgConnection,
            way: crate::rows::Way,
            rows: &[&$type],
        ) -> Result<(), sqlx::Error> {
            if rows.is_empty() {
                return Ok(());
            }
            match way {
                crate::rows::Way::Live => {
                    let query = sqlx::query($upsert)$(.bind(rows.iter().map(|$row| $value).collect::<Vec<_>>()))+;
                    query.execute(connection).await?;
                    Ok(())
                }
                crate::rows::Way::Filling => {
                    let mut copy = crate::writing::Copy::new();
                    for $row in rows {
                        copy.row([$(stringify!($value)),+].len());
                        $(copy.field($value)?;)+
                    }
                    copy.send(connection, $copy).await
                }
            }
        }
    };
}
pub(crate) use table;

/// The binary form of COPY (PostgreSQL manual, `COPY`, « Binary Format »).
pub(crate) struct Copy(PgArgumentBuffer);

impl Copy {
    pub fn new() -> Self {
        let mut buffer = PgArgumentBuffer::default();
        // Signature, no flags, no extension.
        buffer.extend_from_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
        Self(buffer)
    }

    pub fn row(&mut self, fields: usize) {
        self.0.extend_from_slice(&(fields as i16).to_be_bytes());
    }

    pub fn field<'q, T: Encode<'q, Postgres>>(&mut self, value: T) -> Result<(), sqlx::Error> {
        let at = self.0.len();
        self.0.extend_from_slice(&(-1i32).to_be_bytes());
        if let IsNull::No = value.encode_by_ref(&mut self.0).map_err(sqlx::Error::Encode)? {
            let length = (self.0.len() - at - 4) as i32;
            self.0[at..at + 4].copy_from_slice(&length.to_be_bytes());
        }
        Ok(())
    }

    pub async fn send(mut self, connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
        self.0.extend_from_slice(&(-1i16).to_be_bytes());
        let mut copy = connection.copy_in_raw(sql).await?;
        copy.send(&self.0[..]).await?;
        copy.finish().await?;
        Ok(())
    }
}
