//! The vault's tables: keys, wrapped; and the way from a feed's number to a person.

use std::collections::HashMap;

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use domain::ids::PersonId;
use domain::personal::{Retention, Subject};
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::{Dek, DekRef, KeyName, VaultError};
use crate::keys::random;

/// The epoch of the key-encryption key in use.
const EPOCH: i32 = 1;

fn kek(secret: &[u8; 32]) -> Result<AesKek, VaultError> {
    AesKek::new(&AES_256, secret).map_err(|_| VaultError::WrongKeyDirectory)
}

fn wrap(secret: &[u8; 32], dek: &Dek) -> Result<Vec<u8>, VaultError> {
    let mut out = [0; 40];
    let wrapped = kek(secret)?.wrap(dek, &mut out).map_err(|_| VaultError::WrongKeyDirectory)?;
    Ok(wrapped.to_vec())
}

fn unwrap(secret: &[u8; 32], wrapped: &[u8]) -> Result<Dek, VaultError> {
    let mut out = [0; 40];
    let dek = kek(secret)?.unwrap(wrapped, &mut out).map_err(|_| VaultError::WrongKeyDirectory)?;
    Dek::try_from(&*dek).map_err(|_| VaultError::WrongKeyDirectory)
}

/// The stored name of a subject that has a key of its own.
fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Person(person) => format!("person:{person}"),
        Subject::Textbook(textbook) => format!("textbook:{textbook}"),
        Subject::AllOf(persons) => format!("persons:{}", persons.len()),
    }
}

fn class(class: Retention) -> &'static str {
    match class {
        Retention::Identity => "identity",
        Retention::Contact => "contact",
        Retention::Pedagogic => "pedagogic",
        Retention::Archive => "archive",
        Retention::Desk => "desk",
    }
}

/// Every SQL text of the vault, by name, so that a test can prepare each.
pub(super) const STATEMENTS: [(&str, &str); 7] = [
    ("ensure_keys", ENSURE_KEYS),
    ("keys", KEYS),
    ("destroy", DESTROY),
    ("destroy before", DESTROY_BEFORE),
    ("identify", IDENTIFY),
    ("link", LINK),
    ("known", KNOWN),
];

const DESTROY: &str =
    "delete from vault.keys k using unnest($1::text[], $2::text[], $3::smallint[]) g (subject, class, school_year)
    where (k.subject, k.class, k.school_year) = (g.subject, g.class, g.school_year) returning k.dek_ref";

const DESTROY_BEFORE: &str = "delete from vault.keys where class = $1 and school_year < $2 returning dek_ref";

/// Destroys the keys of a class and of school years before one; tells which.
pub(super) async fn destroy_before(pool: &PgPool, retention: Retention, year: i16) -> Result<Vec<DekRef>, VaultError> {
    let rows = sqlx::query(DESTROY_BEFORE).bind(class(retention)).bind(year).fetch_all(pool).await?;
    rows.iter().map(|row| dek_ref(row.get(0))).collect()
}

/// Destroys keys: what is sealed under them is forgotten. Tells which.
pub(super) async fn destroy(pool: &PgPool, names: &[KeyName]) -> Result<Vec<DekRef>, VaultError> {
    let subjects: Vec<String> = names.iter().map(|(about, _, _)| subject(about)).collect();
    let classes: Vec<&str> = names.iter().map(|(_, retention, _)| class(*retention)).collect();
    let years: Vec<i16> = names.iter().map(|(_, _, year)| year.0).collect();
    let rows = sqlx::query(DESTROY).bind(subjects).bind(classes).bind(years).fetch_all(pool).await?;
    rows.iter().map(|row| dek_ref(row.get(0))).collect()
}

const ENSURE_KEYS: &str = "with wanted as (
        select * from unnest($1::bytea[], $2::text[], $3::text[], $4::smallint[], $5::bytea[])
            as w (dek_ref, subject, class, school_year, wrapped)
    ), made as (
        insert into vault.keys (dek_ref, subject, class, school_year, wrapped, epoch)
        select dek_ref, subject, class, school_year, wrapped, $6 from wanted
        on conflict (subject, class, school_year) do update set epoch = vault.keys.epoch
        returning subject, class, school_year, dek_ref, wrapped
    ) select subject, class, school_year, dek_ref, wrapped from made";

/// Makes the missing keys and returns all; the first writer of a key wins, whoever asks at the same time.
pub(super) async fn ensure_keys(
    pool: &PgPool,
    secret: &[u8; 32],
    names: &[&KeyName],
) -> Result<Vec<(KeyName, DekRef, Dek)>, VaultError> {
    let mut wanted: HashMap<(String, String, i16), KeyName> = HashMap::new();
    for (about, retention, year) in names.iter().copied() {
        wanted.insert((subject(about), class(*retention).to_owned(), year.0), (about.clone(), *retention, *year));
    }
    let mut keys: Vec<_> = wanted.keys().cloned().collect();
    // One order for all writers: two batches cannot wait for each other.
    keys.sort();
    let (mut refs, mut wraps) = (Vec::new(), Vec::new());
    for _ in &keys {
        refs.push(random::<16>()?.to_vec());
        wraps.push(wrap(secret, &random::<32>()?)?);
    }
    let rows = sqlx::query(ENSURE_KEYS)
        .bind(&refs)
        .bind(keys.iter().map(|(subject, _, _)| subject.clone()).collect::<Vec<_>>())
        .bind(keys.iter().map(|(_, class, _)| class.clone()).collect::<Vec<_>>())
        .bind(keys.iter().map(|(_, _, year)| *year).collect::<Vec<_>>())
        .bind(&wraps)
        .bind(EPOCH)
        .fetch_all(pool)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(name) = wanted.get(&(row.get(0), row.get(1), row.get(2))) {
            let dek = unwrap(secret, row.get::<&[u8], _>(4))?;
            found.push((name.clone(), dek_ref(row.get(3))?, dek));
        }
    }
    Ok(found)
}

fn dek_ref(bytes: &[u8]) -> Result<DekRef, VaultError> {
    DekRef::try_from(bytes).map_err(|_| VaultError::WrongKeyDirectory)
}

const KEYS: &str = "select dek_ref, wrapped from vault.keys where dek_ref = any($1)";

/// The keys of these references; a destroyed one is absent.
pub(super) async fn keys(pool: &PgPool, secret: &[u8; 32], refs: &[DekRef]) -> Result<Vec<(DekRef, Dek)>, VaultError> {
    let refs: Vec<Vec<u8>> = refs.iter().map(|dek_ref| dek_ref.to_vec()).collect();
    let rows = sqlx::query(KEYS).bind(&refs).fetch_all(pool).await?;
    rows.into_iter().map(|row| Ok((dek_ref(row.get(0))?, unwrap(secret, row.get(1))?))).collect()
}

const IDENTIFY: &str = "with wanted as (
        select * from unnest($1::bytea[], $2::uuid[]) as w (index_key, person)
    ), made as (
        insert into vault.identities (index_key, person) select index_key, person from wanted
        on conflict (index_key) do nothing returning index_key, person
    ) select index_key, person from made
    union select i.index_key, i.person from vault.identities i join wanted using (index_key)";

pub(super) async fn identify(pool: &PgPool, keys: &[Vec<u8>]) -> Result<Vec<PersonId>, VaultError> {
    let mut found: HashMap<Vec<u8>, Uuid> = HashMap::with_capacity(keys.len());
    let mut wanted = keys.to_vec();
    wanted.sort();
    wanted.dedup();
    for chunk in wanted.chunks(5_000) {
        let fresh: Vec<Uuid> = chunk.iter().map(|_| Uuid::new_v4()).collect();
        let mut rows = sqlx::query(IDENTIFY).bind(chunk).bind(&fresh).fetch_all(pool).await?;
        if rows.len() < chunk.len() {
            // Another process made some of them between our snapshot and our insert: they are there now.
            rows = sqlx::query(IDENTIFY).bind(chunk).bind(&fresh).fetch_all(pool).await?;
        }
        found.extend(rows.into_iter().map(|row| (row.get(0), row.get(1))));
    }
    keys.iter().map(|key| found.get(key).map(|id| PersonId(*id)).ok_or(VaultError::WrongKeyDirectory)).collect()
}

const LINK: &str = "insert into vault.identities (index_key, person) select * from unnest($1::bytea[], $2::uuid[])
    on conflict (index_key) do nothing";

pub(super) async fn link(pool: &PgPool, rows: &[(Vec<u8>, PersonId)]) -> Result<(), VaultError> {
    for chunk in rows.chunks(5_000) {
        let (keys, persons): (Vec<_>, Vec<_>) = chunk.iter().map(|(key, person)| (key.clone(), person.0)).unzip();
        sqlx::query(LINK).bind(&keys).bind(&persons).execute(pool).await?;
    }
    Ok(())
}

const KNOWN: &str = "select index_key, person from vault.identities where index_key = any($1)";

pub(super) async fn known(pool: &PgPool, keys: &[Vec<u8>]) -> Result<Vec<Option<PersonId>>, VaultError> {
    let mut found: HashMap<Vec<u8>, Uuid> = HashMap::new();
    for chunk in keys.chunks(5_000) {
        let rows = sqlx::query(KNOWN).bind(chunk).fetch_all(pool).await?;
        found.extend(rows.into_iter().map(|row| (row.get(0), row.get(1))));
    }
    Ok(keys.iter().map(|key| found.get(key).map(|id| PersonId(*id))).collect())
}
