-- Why: each read model knows how far it has read, in the same transaction as what it wrote. The fence keeps a worker that lost
-- its place from advancing. A model being rebuilt is a second row, beside the live one, until they are swapped.

create schema subscriptions;

create table subscriptions.models (
    name text not null,
    live boolean not null,
    version integer not null,
    position bigint not null default 0 check (position >= 0),
    fence bigint not null default 0,
    -- Set when an event could not be folded: the model stops there, loudly, and the others go on.
    stopped_at bigint,
    stopped_because text,
    primary key (name, live)
) with (fillfactor = 50);

grant usage on schema subscriptions to palimpseste_writer, palimpseste_reader;
grant select, insert, update, delete on subscriptions.models to palimpseste_writer;
grant select on subscriptions.models to palimpseste_reader;

-- Read models are disposable: the writer makes and drops their schemas.
do $$
begin
    execute format('grant create on database %I to palimpseste_writer', current_database());
end
$$;
alter default privileges for role palimpseste_writer grant usage on schemas to palimpseste_reader;
alter default privileges for role palimpseste_writer grant select on tables to palimpseste_reader;
