-- Why: what an append pays for each row. The era was read from the identifier by a regular expression, which cost as much as an index; the
-- keys were compared by the rules of a language, though they are identifiers: bytes are compared faster, and in one order everywhere.

alter table journal.events
    drop constraint events_check,
    add constraint events_era_check check (
        era = case when length(aggregate_id) = 36 then 0 else substr(aggregate_id, 38)::smallint end
    ),
    alter column aggregate_type type text collate "C",
    alter column aggregate_id type text collate "C";

alter table journal.command_log
    alter column actor type text collate "C",
    alter column key type text collate "C";
