-- Why: the journal is the truth of the product. Everything else can be thrown away and folded again from it.
-- One row per event, dense positions from 1 in commit order, never updated, never deleted.

do $$
begin
    if not exists (select from pg_roles where rolname = 'palimpseste_writer') then
        create role palimpseste_writer nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'palimpseste_reader') then
        create role palimpseste_reader nologin;
    end if;
    -- Both sit under the login role, which sets one of them on every connection and never acts as the owner.
    if not pg_has_role(current_user, 'palimpseste_writer', 'member') then
        grant palimpseste_writer to current_user;
    end if;
    if not pg_has_role(current_user, 'palimpseste_reader', 'member') then
        grant palimpseste_reader to current_user;
    end if;
end
$$;

create schema journal;

-- One row per journal: locked and advanced by every append, held to the commit, so positions are dense and in commit order.
create table journal.heads (
    journal integer primary key,
    position bigint not null check (position >= 0),
    -- The time of the last batch: recorded times never go back, so "as known at T" is one cut.
    recorded_at timestamptz not null
) with (fillfactor = 10);

insert into journal.heads values (1, 0, timestamptz 'epoch');

-- The first seven columns are those of cqrs-es: the stock repository reads the table as it stands.
create table journal.events (
    aggregate_type text not null,
    aggregate_id text not null,
    sequence bigint not null check (sequence > 0),
    event_type text not null,
    event_version text not null,
    payload json not null,
    metadata json not null,
    -- The school year of the stream, 0 for streams that outlive a year; a function of the stream's identifier.
    era smallint not null check (era = coalesce(substring(aggregate_id from '@([0-9]{1,4})$'), '0')::smallint),
    journal integer not null,
    position bigint not null check (position > 0),
    school uuid,
    actor text not null,
    capacity text not null,
    recorded_at timestamptz not null,
    occurred_at timestamptz not null,
    causation uuid,
    correlation uuid,
    facts_position bigint,
    -- What the ledger needs of the writer; it can never be filled in later.
    salt bytea not null check (octet_length(salt) = 32),
    mac bytea not null check (octet_length(mac) = 32),
    mac_key text not null,
    unique (aggregate_type, aggregate_id, sequence, era)
) partition by list (era);

create index events_position on journal.events (journal, position);

create function journal.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the journal is append-only: % is refused', tg_op using errcode = '0A000';
end
$$;

create trigger no_change before update or delete on journal.events
    for each row execute function journal.refuse_change();
create trigger no_truncate before truncate on journal.events
    for each statement execute function journal.refuse_change();
alter table journal.events enable always trigger no_change;
alter table journal.events enable always trigger no_truncate;

-- A school year is exactly one partition. Triggers on TRUNCATE are not inherited: each partition has its own.
create function journal.open_era(wanted smallint) returns void
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    part text := 'events_' || wanted;
begin
    perform pg_advisory_xact_lock(7319, wanted);
    if to_regclass('journal.' || part) is null then
        execute format('create table journal.%I partition of journal.events for values in (%s)', part, wanted);
        execute format('alter table journal.%I enable always trigger no_change', part);
        execute format('create trigger no_truncate before truncate on journal.%I for each statement '
            'execute function journal.refuse_change()', part);
        execute format('alter table journal.%I enable always trigger no_truncate', part);
        execute format('grant select, insert on journal.%I to palimpseste_writer', part);
        execute format('grant select on journal.%I to palimpseste_reader', part);
    end if;
end
$$;

select journal.open_era(0::smallint);

-- Commands seen. A repeat is answered with its first receipt; the body is known by a keyed hash only.
create table journal.command_log (
    journal integer not null,
    actor text not null,
    key text not null,
    request_hash bytea not null check (octet_length(request_hash) = 32),
    first_position bigint not null,
    last_position bigint not null,
    primary key (journal, actor, key)
);
create trigger no_change before update or delete on journal.command_log
    for each row execute function journal.refuse_change();
create trigger no_truncate before truncate on journal.command_log
    for each statement execute function journal.refuse_change();
alter table journal.command_log enable always trigger no_change;
alter table journal.command_log enable always trigger no_truncate;

revoke all on all tables in schema journal from public;
grant usage on schema journal to palimpseste_writer, palimpseste_reader;
grant select, insert on journal.events, journal.command_log to palimpseste_writer;
grant select on journal.heads to palimpseste_writer, palimpseste_reader;
grant update (position, recorded_at) on journal.heads to palimpseste_writer;
grant select on journal.events, journal.command_log to palimpseste_reader;
revoke all on function journal.open_era(smallint) from public;
grant execute on function journal.open_era(smallint) to palimpseste_writer;
