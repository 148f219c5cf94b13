-- What was written before: every version of every entry and homework, withdrawals included, each written once.

create table textbook (
    textbook uuid primary key,
    school uuid not null,
    group_id uuid not null,
    year smallint not null,
    subject text not null
);

create table version (
    textbook uuid not null,
    version bigint not null,             -- place in the stream: what a visa or a finding cites
    position bigint not null,
    event text not null,
    sort text not null,                  -- entry or homework
    id uuid not null,                    -- of the entry or homework
    number integer not null,             -- within it, from 1
    school uuid not null,
    group_id uuid not null,
    subject text not null,
    author text not null,
    capacity text not null,
    recorded_at timestamptz not null,
    visible_from timestamptz,            -- none: a withdrawal, which takes effect when recorded
    lesson uuid not null,                -- the entry of the lesson; for homework, of the lesson it was given in
    slot uuid,
    date date not null,
    starts_at time not null,
    minutes integer not null,
    ended_at timestamptz not null,       -- when it happened
    due_on date,
    due_slot uuid,
    due_at time,
    kind text,
    estimate integer,
    written boolean,
    audience uuid[] check (audience <> '{}'), -- the pupils it is for; none: the whole group
    content text check (content <> ''),
    framing text check (framing <> ''),
    source_textbook uuid,                -- whose text was taken over
    source_entry uuid,
    source_version bigint,
    resources text not null check (resources <> ''),
    reason text check (reason <> '')
);

-- Nobody asks for a row by its texts: their values are not counted.
alter table version alter column content set statistics 0, alter column framing set statistics 0, alter column resources set statistics 0, alter column reason set statistics 0;
