//! The `<html>` document around each face.
