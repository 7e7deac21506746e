//! Log lines gather for a moment: to write each by itself costs more than everything else about a kept page.
//!
//! A warning or an error is written at once, and what was said before it first. A process that is killed loses the last
//! moment's other lines.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line may wait.
const MOMENT: Duration = Duration::from_millis(50);
/// So many bytes do not wait.
const MANY: usize = 64 * 1024;

/// Where lines gather before they are written to `W`.
pub struct Gathered<W> {
    shared: Arc<Shared<W>>,
}

struct Shared<W> {
    lines: Mutex<Vec<u8>>,
    came: Condvar,
    out: Mutex<W>,
}

impl<W> Clone for Gathered<W> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<W: Write + Send + 'static> Gathered<W> {
    /// Gathers for this writer, with a thread that empties it.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn before(out: W) -> io::Result<Self> {
        let shared = Arc::new(Shared { lines: Mutex::default(), came: Condvar::new(), out: Mutex::new(out) });
        let gathered = Self { shared: shared.clone() };
        std::thread::Builder::new().name("log".to_owned()).spawn(move || {
            loop {
                let lines = held(&shared.lines);
                drop(shared.came.wait_while(lines, |lines| lines.is_empty()));
                std::thread::sleep(MOMENT);
                shared.flush();
            }
        })?;
        Ok(gathered)
    }

    /// Writes what has gathered.
    pub fn flush(&self) {
        self.shared.flush();
    }
}

impl<W: Write> Shared<W> {
    fn flush(&self) {
        // The writer first: whoever holds it writes in the order in which lines came.
        let mut out = held(&self.out);
        let lines = std::mem::take(&mut *held(&self.lines));
        // There is nowhere to complain to.
        let _ = out.write_all(&lines).and_then(|()| out.flush());
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One line on its way.
pub struct Line<'a, W> {
    shared: &'a Shared<W>,
    is_urgent: bool,
}

impl<W: Write> Write for Line<'_, W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut lines = held(&self.shared.lines);
        let was_empty = lines.is_empty();
        lines.extend_from_slice(line);
        let is_full = lines.len() > MANY;
        drop(lines);
        if self.is_urgent || is_full {
            self.shared.flush();
        } else if was_empty {
            self.shared.came.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a, W: Write + Send + 'static> MakeWriter<'a> for Gathered<W> {
    type Writer = Line<'a, W>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { shared: &self.shared, is_urgent: false }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Self::Writer {
        Line { shared: &self.shared, is_urgent: *about.level() <= Level::WARN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<(usize, Vec<u8>)>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut paper = held(&self.0);
            paper.0 += 1;
            paper.1.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn many_lines_are_one_write_and_a_warning_does_not_wait() {
        let paper = Paper::default();
        // No thread here: what is written is written by the lines themselves.
        let shared = Shared { lines: Mutex::default(), came: Condvar::new(), out: Mutex::new(paper.clone()) };
        let gathered = Gathered { shared: Arc::new(shared) };
        for n in 0..100 {
            writeln!(gathered.make_writer(), "line {n}").expect("taken");
        }
        assert_eq!(held(&paper.0).0, 0, "they gather");
        Line { shared: &gathered.shared, is_urgent: true }.write_all(b"something is wrong\n").expect("taken");
        let (writes, text) = held(&paper.0).clone();
        let text = String::from_utf8(text).expect("text");
        assert_eq!(writes, 1);
        assert!(text.starts_with("line 0\n") && text.ends_with("line 99\nsomething is wrong\n"), "{text}");
    }

    #[test]
    fn a_line_waits_no_longer_than_a_moment() {
        let paper = Paper::default();
        let gathered = Gathered::before(paper.clone()).expect("a thread");
        gathered.make_writer().write_all(b"all is well\n").expect("taken");
        let began = std::time::Instant::now();
        while held(&paper.0).1.is_empty() {
            assert!(began.elapsed() < MOMENT * 200, "nobody writes it");
            std::thread::sleep(MOMENT / 10);
        }
        assert_eq!(held(&paper.0).1, b"all is well\n");
    }
}
