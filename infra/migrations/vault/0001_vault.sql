-- Why: what must be forgettable lives outside the journal: the keys under which personal values are sealed, and the table that
-- leads from a feed's number to a person. Its own database, with its own backups; the key that opens these keys is in neither.

create schema vault;

create table vault.keys (
    -- Random, and the only thing a sealed value says of its key.
    dek_ref bytea primary key check (octet_length(dek_ref) = 16),
    subject text not null,
    class text not null,
    school_year smallint not null,
    -- AES-256-KW under the key-encryption key of that epoch.
    wrapped bytea not null,
    epoch integer not null,
    created_at timestamptz not null default clock_timestamp()
);
create unique index keys_of_subject on vault.keys (subject, class, school_year);

create table vault.identities (
    -- HMAC of source, category and number: a feed's number is never stored.
    index_key bytea primary key check (octet_length(index_key) = 32),
    person uuid not null
);
create index identities_of_person on vault.identities (person);
