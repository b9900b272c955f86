-- What stands beside the events, in the hash of each commit: its commands, and where the access log ended as far as its
-- node knew. Null where an older build wrote it: nothing in the log is updated, so it stays null.
alter table log_commit
    -- Over the rows of its commands, in the order of their positions.
    add column commands_hash bytea,
    -- Of the last entry of the access log; 0 before the first.
    add column access_number bigint,
    add column access_hash bytea,
    add constraint log_commit_beside_check check (
        (commands_hash is null) = (access_number is null)
        and (commands_hash is null) = (access_hash is null)
        and coalesce(octet_length(commands_hash) = 32 and octet_length(access_hash) = 32, true)
    );

-- Each entry's, over itself and the entry before it.
alter table access_log
    add column hash bytea,
    add constraint access_log_hash_check check (octet_length(hash) = 32);
