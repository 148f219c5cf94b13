//! Rows on their way to a table, by either of two ways from one list of columns.
//!
//! A value goes as PostgreSQL's own binary form, so nothing is printed here to be parsed there.

use sqlx::encode::IsNull;
use sqlx::postgres::{PgArgumentBuffer, PgCopyIn};
use sqlx::{Encode, PgConnection, Postgres};

/// Defines how the rows of a table are written: `add` sends new ones by `COPY`, `put` writes those that are there as arrays into one
/// `unnest` statement. `$value` is one column of `$row`, in the order of both statements.
macro_rules! table {
    ($name:ident, $row:ident: $type:ty, copy $copy:expr, [$($value:expr),+ $(,)?]) => {
        pub(crate) struct $name;

        impl $name {
            pub async fn add<'a>(
                connection: &mut sqlx::PgConnection,
                rows: impl ExactSizeIterator<Item = &'a $type> + Send,
            ) -> Result<(), sqlx::Error> {
                if rows.len() == 0 {
                    return Ok(());
                }
                let mut copy = crate::writing::Copy::open(connection, $copy).await?;
                for $row in rows {
                    copy.row([$(stringify!($value)),+].len());
                    $(copy.field($value)?;)+
                    copy.pass_on().await?;
                }
                copy.close().await
            }
        }
    };
    ($name:ident, $row:ident: $type:ty, copy $copy:expr, put $put:expr, [$($value:expr),+ $(,)?]) => {
        $crate::writing::table!($name, $row: $type, copy $copy, [$($value),+]);

        impl $name {
            pub async fn put(connection: &mut sqlx::PgConnection, rows: &[&$type]) -> Result<(), sqlx::Error> {
                if rows.is_empty() {
                    return Ok(());
                }
                let query = sqlx::query($put)$(.bind(rows.iter().map(|$row| $value).collect::<Vec<_>>()))+;
                query.execute(connection).await?;
                Ok(())
            }
        }
    };
}
pub(crate) use table;

/// Bytes passed on to the server at once: it writes what it has while the rest is made.
const PASSED_ON: usize = 1 << 16;

/// The binary form of COPY (PostgreSQL manual, `COPY`, « Binary Format »).
pub(crate) struct Copy<'c> {
    buffer: PgArgumentBuffer,
    server: PgCopyIn<&'c mut PgConnection>,
}

impl<'c> Copy<'c> {
    pub async fn open(connection: &'c mut PgConnection, sql: &str) -> Result<Self, sqlx::Error> {
        let mut buffer = PgArgumentBuffer::default();
        // Signature, no flags, no extension.
        buffer.extend_from_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
        Ok(Self { buffer, server: connection.copy_in_raw(sql).await? })
    }

    pub fn row(&mut self, fields: usize) {
        self.buffer.extend_from_slice(&(fields as i16).to_be_bytes());
    }

    pub fn field<'q, T: Encode<'q, Postgres>>(&mut self, value: T) -> Result<(), sqlx::Error> {
        let at = self.buffer.len();
        self.buffer.extend_from_slice(&(-1i32).to_be_bytes());
        if let IsNull::No = value.encode_by_ref(&mut self.buffer).map_err(sqlx::Error::Encode)? {
            let length = (self.buffer.len() - at - 4) as i32;
            self.buffer[at..at + 4].copy_from_slice(&length.to_be_bytes());
        }
        Ok(())
    }

    /// Sends what there is, when it is worth it.
    pub async fn pass_on(&mut self) -> Result<(), sqlx::Error> {
        if self.buffer.len() >= PASSED_ON {
            self.server.send(&self.buffer[..]).await?;
            self.buffer.clear();
        }
        Ok(())
    }

    pub async fn close(mut self) -> Result<(), sqlx::Error> {
        self.buffer.extend_from_slice(&(-1i16).to_be_bytes());
        self.server.send(&self.buffer[..]).await?;
        self.server.finish().await?;
        Ok(())
    }
}
