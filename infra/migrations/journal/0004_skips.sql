-- Why: an event that cannot be folded stops its read model until somebody decides to pass over it. That decision is a fact about the
-- record, so it is kept for ever: which fold, which position, who decided it, why, when, and the error that stood in the way. It holds
-- for one version of the fold; the next version tries the event again.

create table subscriptions.skips (
    model text not null,
    -- The version of the fold; 0 for a reader that folds in memory and has no tables.
    version integer not null,
    position bigint not null check (position > 0),
    skipped_by text not null check (skipped_by <> ''),
    because text not null check (because <> ''),
    stopped_because text not null,
    skipped_at timestamptz not null default now(),
    primary key (model, version, position)
);

create trigger no_change before update or delete on subscriptions.skips
    for each row execute function journal.refuse_change();
create trigger no_truncate before truncate on subscriptions.skips
    for each statement execute function journal.refuse_change();
alter table subscriptions.skips enable always trigger no_change;
alter table subscriptions.skips enable always trigger no_truncate;

grant select, insert on subscriptions.skips to palimpseste_writer;
grant select on subscriptions.skips to palimpseste_reader;
