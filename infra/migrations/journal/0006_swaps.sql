-- Why: a worker keeps in memory what its fold has touched. A rebuild that is swapped in at the very position where the worker stands leaves
-- no other sign of it, and is asked for because the former tables were doubted: what was held of them must not be written over the new.

alter table subscriptions.models add column swaps bigint not null default 0;
