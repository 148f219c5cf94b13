-- What was written before: every version of every entry and homework, withdrawals included, each written once.
-- Columns of fixed width that are never null come first: the server finds them without looking at those before.

create table textbook (
    textbook uuid primary key,
    school uuid not null,
    group_id uuid not null,
    year smallint not null,
    subject text not null
);

create table version (
    textbook uuid not null,
    id uuid not null,                    -- of the entry or homework
    school uuid not null,
    group_id uuid not null,
    lesson uuid not null,                -- the entry of the lesson; for homework, of the lesson it was given in
    version bigint not null,             -- place in the stream: what a visa or a finding cites
    position bigint not null,
    date date not null,
    number integer not null,             -- within it, from 1
    recorded_at timestamptz not null,
    ended_at timestamptz not null,       -- when it happened
    starts_at time not null,
    minutes integer not null,
    sort text not null,                  -- entry or homework
    visible_from timestamptz,            -- none: a withdrawal, which takes effect when recorded
    slot uuid,
    due_on date,
    due_slot uuid,
    due_at time,
    estimate integer,
    written boolean,
    source_textbook uuid,                -- whose text was taken over
    source_entry uuid,
    source_version bigint,
    audience uuid[] check (audience <> '{}'), -- the pupils it is for; none: the whole group
    event text not null,
    kind text,
    subject text not null,
    author text not null,
    capacity text not null,
    content text check (content <> ''),
    framing text check (framing <> ''),
    resources text not null check (resources <> ''),
    reason text check (reason <> '')
);

-- Nobody asks for a row by these: their values are not counted.
alter table version
    alter column lesson set statistics 0, alter column position set statistics 0, alter column number set statistics 0,
    alter column ended_at set statistics 0, alter column starts_at set statistics 0, alter column minutes set statistics 0,
    alter column slot set statistics 0, alter column due_on set statistics 0, alter column due_slot set statistics 0,
    alter column due_at set statistics 0, alter column estimate set statistics 0, alter column written set statistics 0,
    alter column source_textbook set statistics 0, alter column source_entry set statistics 0,
    alter column source_version set statistics 0, alter column audience set statistics 0, alter column event set statistics 0,
    alter column kind set statistics 0, alter column subject set statistics 0, alter column author set statistics 0,
    alter column capacity set statistics 0, alter column content set statistics 0, alter column framing set statistics 0,
    alter column resources set statistics 0, alter column reason set statistics 0;
