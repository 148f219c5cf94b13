-- Why: what is written in a textbook rests on rights that other streams give, and that end. They are read from memory, a moment before the
-- command is written. The head row remembers the last position that may have changed a right: a command that rests on what was known at an
-- earlier position is not written, and is decided again. One column of a row that every append locks anyway; nothing is looked up.

alter table journal.heads add column rights bigint not null default 0;
update journal.heads set rights = position;
grant update (rights) on journal.heads to palimpseste_writer;

-- The careful path compares the same, command by command, and knows what the commands before it in the batch have changed. A command with
-- guards of its own is compared with those alone.
drop function journal.append_carefully;

create function journal.append_carefully(
    in_journal integer, in_recorded_us bigint,
    in_type text[], in_id text[], in_sequence bigint[], in_era smallint[], in_event_type text[], in_event_version text[],
    in_payload text[], in_metadata text[], in_school uuid[], in_actor text[], in_capacity text[], in_occurred_us bigint[],
    in_causation uuid[], in_correlation uuid[], in_facts_position bigint[], in_salt bytea[], in_mac bytea[], in_mac_key text[],
    in_command_actor text[], in_command_key text[], in_command_hash bytea[], in_command_first bigint[], in_command_last bigint[],
    in_guard_command bigint[], in_guard_type text[], in_guard_id text[], in_guard_version bigint[],
    -- For each command: the position of the facts it rests on, if it rests on any; whether it may change a right.
    in_rests_on bigint[], in_gives boolean[]
) returns table (command bigint, outcome text, first_position bigint, last_position bigint, actual bigint)
language plpgsql set enable_seqscan = off set search_path = pg_catalog as $$
#variable_conflict use_column
declare
    at timestamptz := timestamptz 'epoch' + in_recorded_us * interval '1 microsecond';
    head record;
    base bigint;
    given bigint;
    c bigint;
    size bigint;
    known record;
    version bigint;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the journal is appended at READ COMMITTED only' using errcode = '0A000';
    end if;
    select h.position, h.recorded_at, h.rights into head from journal.heads h where h.journal = in_journal for update;
    if head.recorded_at > at then
        return query select 0::bigint, 'late'::text, null::bigint, null::bigint,
            (extract(epoch from head.recorded_at) * 1000000)::bigint;
        return;
    end if;
    base := head.position;
    given := head.rights;
    for c in 1 .. coalesce(array_length(in_command_key, 1), 0) loop
        select l.request_hash, l.first_position, l.last_position into known from journal.command_log l
            where l.journal = in_journal and l.actor = in_command_actor[c] and l.key = in_command_key[c];
        if found then
            return query select c::bigint, case when known.request_hash = in_command_hash[c] then 'repeat' else 'mismatch' end,
                known.first_position, known.last_position, null::bigint;
            continue;
        end if;
        select coalesce(max(e.sequence), 0) into version from journal.events e
            where e.aggregate_type = in_type[in_command_first[c]] and e.aggregate_id = in_id[in_command_first[c]]
            and e.era = in_era[in_command_first[c]];
        if version <> in_sequence[in_command_first[c]] - 1 then
            return query select c::bigint, 'conflict'::text, null::bigint, null::bigint, version;
            continue;
        end if;
        if in_rests_on[c] < given or exists (
            select from unnest(in_guard_command, in_guard_type, in_guard_id, in_guard_version) g (command, type, id, version)
            where g.command = c and g.version <> (select coalesce(max(e.sequence), 0) from journal.events e
                where e.aggregate_type = g.type and e.aggregate_id = g.id)
        ) then
            return query select c::bigint, 'guarded'::text, null::bigint, null::bigint, null::bigint;
            continue;
        end if;
        size := in_command_last[c] - in_command_first[c] + 1;
        insert into journal.events
            select in_type[i], in_id[i], in_sequence[i], in_event_type[i], in_event_version[i], in_payload[i]::json,
                in_metadata[i]::json, in_era[i], in_journal, base + i - in_command_first[c] + 1, in_school[i], in_actor[i],
                in_capacity[i], at, timestamptz 'epoch' + in_occurred_us[i] * interval '1 microsecond', in_causation[i],
                in_correlation[i], in_facts_position[i], in_salt[i], in_mac[i], in_mac_key[i]
            from generate_series(in_command_first[c], in_command_last[c]) i;
        insert into journal.command_log values
            (in_journal, in_command_actor[c], in_command_key[c], in_command_hash[c], base + 1, base + size);
        return query select c::bigint, 'appended'::text, base + 1, base + size, null::bigint;
        base := base + size;
        if in_gives[c] then
            given := base;
        end if;
    end loop;
    if base > head.position then
        update journal.heads h set position = base, recorded_at = at, rights = given where h.journal = in_journal;
    end if;
end
$$;

revoke all on function journal.append_carefully from public;
grant execute on function journal.append_carefully to palimpseste_writer;
