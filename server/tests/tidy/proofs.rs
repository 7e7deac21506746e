//! What must not compile fails for the reason that it names.

use super::rust;

/// A block of code in a file's documentation: its head, and its lines.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        let Some(line) = line.trim_start().strip_prefix("//!").or_else(|| line.trim_start().strip_prefix("///")) else {
            open = None;
            continue;
        };
        let line = line.trim();
        open = match (open, line.strip_prefix("```")) {
            (None, Some(head)) => Some((head.to_owned(), String::new())),
            (Some(block), Some(_)) => {
                blocks.push(block);
                None
            }
            (Some((head, code)), None) => Some((head, format!("{code}{line}\n"))),
            (None, None) => None,
        };
    }
    blocks
}

/// The words of a block, without the name of its function.
fn words(code: &str) -> Vec<&str> {
    let words: Vec<&str> = code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).collect();
    let name = words.iter().position(|word| *word == "fn").map_or(usize::MAX, |at| at + 1);
    words.into_iter().enumerate().filter(|(at, _)| *at != name).map(|(_, word)| word).collect()
}

/// How many words stand between what two blocks begin and end with alike, in the longer one.
fn difference(one: &str, other: &str) -> usize {
    let (mut one, mut other) = (words(one), words(other));
    for _ in 0..2 {
        let alike = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
        one.drain(..alike);
        other.drain(..alike);
        one.reverse();
        other.reverse();
    }
    one.len().max(other.len())
}

#[test]
fn what_must_not_compile_stands_below_what_does_and_differs_in_one_word() {
    // Stable rustdoc takes any error for the one that is named; what compiles but for one word fails by that word.
    let mut proofs = 0;
    for (path, text) in rust().into_iter().filter(|(path, _)| !path.contains("/tests/")) {
        let blocks = blocks(&text);
        for (at, (head, code)) in blocks.iter().enumerate() {
            if !head.starts_with("compile_fail") {
                continue;
            }
            proofs += 1;
            assert!(head.starts_with("compile_fail,E"), "{path}: {head} names its error");
            let mut above = blocks[..at].iter().filter(|(head, _)| head == "no_run");
            let has_twin = above.any(|(_, twin)| difference(twin, code) == 1);
            assert!(has_twin, "{path}: nothing above compiles and differs in one word alone\n{code}");
        }
    }
    assert!(proofs >= 6, "{proofs} are seen");
    assert_eq!(difference("fn a(b: C) { d(b) }", "fn x(b: C) { d() }"), 1);
    assert_eq!(difference("fn a(b: C) { d(b) }", "fn x(b: E) { f(b) }"), 2);
}
