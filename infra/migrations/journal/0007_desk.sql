-- Why: a draft and a private note are not facts the school stands by, so they are not events. They are their author's alone: sealed under
-- a key of that person and year, changed and thrown away at will, gone when the school year is over. No page of anybody else reads them.

create schema desk;

create table desk.papers (
    author uuid not null,
    kind text not null check (kind in ('draft', 'note')),
    textbook uuid not null,
    -- The lesson it is about, written or not.
    entry uuid not null,
    date date not null,
    -- Of a lesson outside the timetable, which no other row names.
    starts_at time,
    minutes smallint,
    school_year smallint not null,
    -- The last day of the school year: the day after, it is nobody's.
    keep_until date not null,
    sealed text not null check (sealed <> ''),
    saved_at timestamptz not null,
    primary key (author, kind, textbook, entry)
);
create index papers_keep_until on desk.papers (keep_until);

grant usage on schema desk to palimpseste_writer;
grant select, insert, update, delete on desk.papers to palimpseste_writer;
