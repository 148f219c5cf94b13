-- Why: a teacher has the right to know who, of those who lead or inspect, has looked at their work, and nobody has the use of an hour. A
-- look is not a fact the school stands by, so it is no event: one row for a teacher, who looked, in what capacity, at what kind of page,
-- on what day. Ids and days alone; it is never changed, and goes some time after the school year, by a delay that is data elsewhere.

create schema looks;

create table looks.days (
    -- Whose work was looked at: the only person who is ever shown these rows.
    teacher uuid not null,
    looker uuid not null,
    capacity text not null check (capacity <> ''),
    seen text not null check (seen in ('filling', 'gaps', 'textbook', 'history')),
    day date not null,
    -- The last day on which it is kept.
    keep_until date not null check (keep_until >= day),
    primary key (teacher, looker, capacity, seen, day)
);
create index days_keep_until on looks.days (keep_until);

grant usage on schema looks to palimpseste_writer;
grant select, insert, delete on looks.days to palimpseste_writer;
