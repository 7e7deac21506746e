-- Beside what was typed, why it was refused: the page says it from here, and an address says nothing.
alter table form_drafts add column refusal jsonb;
