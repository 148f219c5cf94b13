-- Why: the pages of lessons show who teaches each, and what became of it. A teacher is told who looked at those too.

alter table looks.days
    drop constraint days_seen_check,
    add constraint days_seen_check check (seen in ('filling', 'gaps', 'textbook', 'history', 'lessons'));
