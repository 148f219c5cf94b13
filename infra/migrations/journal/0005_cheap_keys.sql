-- Why: what an append pays for each row. The era was read from the identifier by a regular expression, which cost as much as an index; the
-- keys were compared by the rules of a language, though they are identifiers: bytes are compared faster, and in one order everywhere;
-- and their first column was the same in nearly all rows, so that each comparison was two. The keys hold what they held.

alter table journal.events
    drop constraint events_check,
    add constraint events_era_check check (
        era >= 0 and case when length(aggregate_id) = 36 then era = 0 else substr(aggregate_id, 37) = '@' || era end
    ),
    drop constraint events_aggregate_type_aggregate_id_sequence_era_key,
    alter column aggregate_type type text collate "C",
    alter column aggregate_id type text collate "C";

alter table journal.events add constraint events_stream_key unique (aggregate_id, sequence, aggregate_type, era);

alter table journal.command_log
    drop constraint command_log_pkey,
    alter column actor type text collate "C",
    alter column key type text collate "C";

alter table journal.command_log add primary key (key, actor, journal);
