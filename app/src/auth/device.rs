//! What somebody signed in with, in words that they know it by.

/// Marks of browsers, the more particular first: most call themselves by each other's names too.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
/// Marks of systems, the more particular first.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// `Chrome · Linux`, from what a browser calls itself (RFC 9110, 10.1.5); nothing when it is no browser that we know.
pub fn device(user_agent: &str) -> Option<String> {
    let browser = first(user_agent, &BROWSERS)?;
    let system = first(user_agent, &SYSTEMS);
    Some(system.map_or_else(|| browser.to_owned(), |system| format!("{browser} · {system}")))
}

fn first(user_agent: &str, marks: &[(&str, &'static str)]) -> Option<&'static str> {
    marks.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_by_its_most_particular_mark() {
        let (linux, mac) = ("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)");
        let blink = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        for (user_agent, expected) in [
            (format!("{linux} {blink}"), Some("Chrome · Linux")),
            (format!("Mozilla/5.0 (Linux; Android 10; K) {blink}"), Some("Chrome · Android")),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {blink} Edg/140.0.0.0"), Some("Edge · Windows")),
            (
                format!("{mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"),
                Some("Safari · macOS"),
            ),
            (format!("{iphone} CriOS/140.0.0.0 Mobile/15E148 Safari/604.1"), Some("Chrome · iPhone")),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".into(), Some("Firefox · Linux")),
            ("Mozilla/5.0 Firefox/140.0".into(), Some("Firefox")),
            ("curl/8.15.0".into(), None),
            (String::new(), None),
        ] {
            assert_eq!(device(&user_agent).as_deref(), expected, "{user_agent}");
        }
    }
}
