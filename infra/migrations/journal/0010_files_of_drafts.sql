-- Why: a file joined to a draft lives as long as the draft. The draft names it under its seal; whoever sweeps files must know which are still
-- wanted without opening anything. An address is the digest of sealed bytes: it says nothing of what they hold.

alter table desk.papers add column files bytea[] not null default '{}';
create index papers_files on desk.papers using gin (files) where files <> '{}';
