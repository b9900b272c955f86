-- What each command was decided from besides the history before it, so that it can be decided again: `verify --decisions`.
-- Null where a build wrote the command that did not keep it; nothing in the log is updated, so it stays null.
--
-- Like the rest of the row it is in no hash: how something came to be asked is no part of what happened. The events that
-- it must lead to are.
alter table command add column request bytea;
