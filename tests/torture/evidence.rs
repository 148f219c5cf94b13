//! What the oracle looks at, read after the storm.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use aws_lc_rs::hmac;
use domain::directory::person::Event;
use domain::event::Fact;
use domain::personal::SealedCell;
use infra::keys::KeyDirectory;
use infra::vault::Vault;
use sqlx::{PgConnection, Row as _};

use super::notes::Notes;
use super::oracle::{Logged, Row, Verdict, World};
use super::readers::{MODELS, sights};

const ROWS: &str = "select position, aggregate_type, aggregate_id, sequence, event_type, event_version, actor,
        (extract(epoch from recorded_at) * 1000000)::bigint, causation, payload::text, metadata::text, salt, mac, mac_key
    from journal.events order by position, aggregate_id, sequence";

pub async fn gather(connection: &mut PgConnection, folder: &Path) -> World {
    let rows = sqlx::query(ROWS).fetch_all(&mut *connection).await.unwrap();
    let row = |row: &sqlx::postgres::PgRow| Row {
        position: row.get(0),
        aggregate: row.get(1),
        stream: row.get(2),
        sequence: row.get(3),
        event: row.get(4),
        event_version: row.get(5),
        actor: row.get(6),
        recorded_us: row.get(7),
        causation: row.get(8),
        payload: row.get(9),
        metadata: row.get(10),
        salt: row.get(11),
        mac: row.get(12),
        mac_key: row.get(13),
    };
    let rows: Vec<Row> = rows.iter().map(row).collect();
    let log = "select actor, key, request_hash, first_position, last_position from journal.command_log order by first_position";
    let log = sqlx::query(log).fetch_all(&mut *connection).await.unwrap();
    let logged = |row: &sqlx::postgres::PgRow| Logged {
        actor: row.get(0),
        key: row.get(1),
        hash: row.get(2),
        first: row.get(3),
        last: row.get(4),
    };
    let log = log.iter().map(logged).collect();
    let mut models = BTreeMap::new();
    for name in MODELS {
        let positions = format!("select position from {name}.seen order by position");
        models.insert(name.to_owned(), sqlx::query_scalar(&positions).fetch_all(&mut *connection).await.unwrap());
    }
    let head = sqlx::query_scalar("select position from journal.heads").fetch_one(connection).await.unwrap();
    let keys = KeyDirectory::open(folder).unwrap();
    World {
        head,
        rows,
        log,
        notes: Notes::open(folder).since(&mut 0).0,
        sights: sights(folder),
        models,
        writer_keys: writer_keys(folder),
        request_hash: hmac::Key::new(hmac::HMAC_SHA256, &keys.derive("request-hash")),
    }
}

fn writer_keys(folder: &Path) -> HashMap<String, Vec<u8>> {
    let files = std::fs::read_dir(folder.join("keys/writers")).unwrap().map(|entry| entry.unwrap().path());
    let key = |path: std::path::PathBuf| {
        let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (path.extension().is_some_and(|extension| extension == "key")).then(|| (id, std::fs::read(&path).unwrap()))
    };
    files.filter_map(key).collect()
}

/// Opens every sealed value with the keys as the vault holds them on disk: each opens, to the text of the command of its row.
pub async fn open(world: &World, vault: &Vault, verdict: &mut Verdict) {
    let mut cells = Vec::new();
    for row in &world.rows {
        let Ok(Fact::Person(event)) = Fact::decode(&row.aggregate, &row.payload) else { continue };
        let sealed = match &event {
            Event::PersonRegistered { names, .. } | Event::NamesCorrected { names, .. } => names.kept(),
            Event::ContactsChanged { contacts, .. } => contacts.kept(),
            _ => continue,
        };
        let cell = sealed.map(|sealed| SealedCell {
            aggregate: row.aggregate.clone().into(),
            stream: row.stream.clone(),
            sequence: row.sequence,
            event: row.event.clone().into(),
            sealed,
        });
        cells.push((row, cell));
    }
    for some in cells.chunks(1_000) {
        let asked: Vec<&SealedCell> = some.iter().filter_map(|(_, cell)| cell.as_ref()).collect();
        let opened = vault.open(&asked).await.unwrap();
        verdict.hold("values sealed", asked.len() == some.len(), || "a value of an event is not sealed".into());
        for ((row, _), text) in some.iter().zip(opened) {
            let id = row.causation.unwrap_or_default().to_string();
            let same = text.is_some_and(|text| text.contains(&id));
            verdict.hold("sealed values opened", same, || format!("position {}", row.position));
        }
    }
}
