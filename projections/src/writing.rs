//! Rows on their way to a table, by either of two ways from one list of columns.
//!
//! A value goes as PostgreSQL's own binary form, so nothing is printed here to be parsed there. Making that form needs no server: one
//! batch is folded while the former one is written.

use sqlx::encode::IsNull;
use sqlx::postgres::{PgArgumentBuffer, PgArguments};
use sqlx::{Arguments as _, Encode, PgConnection, Postgres, Type};

/// What one batch adds to the tables of a read model, or changes in them, in order. Each statement writes in one table.
#[derive(Default)]
pub struct Writes(Vec<Write>);

enum Write {
    Copy { sql: &'static str, rows: Copy },
    Put { sql: &'static str, columns: PgArguments },
}

/// Bytes of a COPY sent at once: the server writes what it has while the rest comes. Rows of a batch are held in pieces of that size,
/// which the allocator takes back and gives again: one buffer that grows is copied, and its memory cleared anew.
const PIECE: usize = 1 << 16;

impl Writes {
    /// Runs the statements, with `search_path` set to the schema of the read model.
    pub async fn send(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        for write in self.0 {
            match write {
                Write::Copy { sql, rows } => {
                    let mut copy = connection.copy_in_raw(sql).await?;
                    for piece in rows.ended() {
                        copy.send(&piece[..]).await?;
                    }
                    copy.finish().await?;
                }
                Write::Put { sql, columns } => {
                    sqlx::query_with(sql, columns).execute(&mut *connection).await?;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn copy(&mut self, sql: &'static str, rows: Copy) {
        self.0.push(Write::Copy { sql, rows });
    }

    pub(crate) fn put(&mut self, sql: &'static str, columns: Columns) {
        self.0.push(Write::Put { sql, columns: columns.0 });
    }
}

/// Defines how the rows of a table are written: `add` gives new ones to `COPY`, `put` gives those that are there as arrays to one `unnest`
/// statement. `$value` is one column of `$row`, in the order of both statements.
macro_rules! table {
    ($name:ident, $row:ident: $type:ty, copy $copy:expr, [$($value:expr),+ $(,)?]) => {
        pub(crate) struct $name;

        impl $name {
            pub fn add<'a>(
                writes: &mut $crate::writing::Writes,
                rows: impl ExactSizeIterator<Item = &'a $type>,
            ) -> Result<(), sqlx::Error> {
                if rows.len() > 0 {
                    let mut copy = $crate::writing::Copy::begun();
                    for $row in rows {
                        copy.row([$(stringify!($value)),+].len());
                        $(copy.field($value)?;)+
                    }
                    writes.copy($copy, copy);
                }
                Ok(())
            }
        }
    };
    ($name:ident, $row:ident: $type:ty, copy $copy:expr, put $put:expr, [$($value:expr),+ $(,)?]) => {
        $crate::writing::table!($name, $row: $type, copy $copy, [$($value),+]);

        impl $name {
            pub fn put(writes: &mut $crate::writing::Writes, rows: &[&$type]) -> Result<(), sqlx::Error> {
                if !rows.is_empty() {
                    let mut columns = $crate::writing::Columns::default();
                    $(columns.add(rows.iter().map(|$row| $value).collect::<Vec<_>>())?;)+
                    writes.put($put, columns);
                }
                Ok(())
            }
        }
    };
}
pub(crate) use table;

/// The columns of rows, an array each.
#[derive(Default)]
pub(crate) struct Columns(PgArguments);

impl Columns {
    pub fn add<'q, T: Encode<'q, Postgres> + Type<Postgres> + 'q>(&mut self, column: T) -> Result<(), sqlx::Error> {
        self.0.add(column).map_err(sqlx::Error::Encode)
    }
}

/// Rows in the binary form of COPY (PostgreSQL manual, `COPY`, « Binary Format »).
pub(crate) struct Copy {
    full: Vec<PgArgumentBuffer>,
    last: PgArgumentBuffer,
}

impl Copy {
    pub fn begun() -> Self {
        let mut last = piece();
        // Signature, no flags, no extension.
        last.extend_from_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
        Self { full: Vec::new(), last }
    }

    pub fn row(&mut self, fields: usize) {
        if self.last.len() >= PIECE {
            self.full.push(std::mem::replace(&mut self.last, piece()));
        }
        self.last.extend_from_slice(&(fields as i16).to_be_bytes());
    }

    pub fn field<'q, T: Encode<'q, Postgres>>(&mut self, value: T) -> Result<(), sqlx::Error> {
        let at = self.last.len();
        self.last.extend_from_slice(&(-1i32).to_be_bytes());
        if let IsNull::No = value.encode_by_ref(&mut self.last).map_err(sqlx::Error::Encode)? {
            let length = (self.last.len() - at - 4) as i32;
            self.last[at..at + 4].copy_from_slice(&length.to_be_bytes());
        }
        Ok(())
    }

    fn ended(mut self) -> impl Iterator<Item = PgArgumentBuffer> {
        self.last.extend_from_slice(&(-1i16).to_be_bytes());
        self.full.into_iter().chain([self.last])
    }
}

/// An empty one, with room for the row that fills it up.
fn piece() -> PgArgumentBuffer {
    let mut piece = PgArgumentBuffer::default();
    piece.reserve(PIECE + PIECE / 8);
    piece
}
