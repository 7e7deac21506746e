-- The line of a day says how the day ended: until then it follows what is used.
grant update (users, max_users, properties, max_properties) on usage_days to central_app;
