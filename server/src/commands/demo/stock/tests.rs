//! The stock keeps its promises: the same every time, as many as said, in a state that rules and gate agree with.

use app::properties::readiness::missing;
use app::properties::rules::parse;
use std::collections::{BTreeSet, HashMap};

use super::*;
use crate::commands::demo::agencies::AGENCIES;

const YEAR: u32 = 2026;

#[test]
fn two_runs_make_one_stock() {
    for agency in &AGENCIES {
        assert_eq!(stock(agency.slug, YEAR), stock(agency.slug, YEAR), "{}", agency.slug);
    }
}

#[test]
fn there_are_as_many_as_the_contract_says() {
    for (slug, count, featured) in [("casa-azul", 60, 12), ("horizonte", 20, 6), ("litoral", 10, 4)] {
        let all = stock(slug, YEAR);
        assert_eq!(all.iter().filter(|l| l.state != State::Archived).count(), count, "{slug}");
        assert_eq!(all.iter().filter(|l| l.is_featured).count(), featured, "{slug}");
        assert!(
            all.iter().all(|l| !l.is_featured || l.state == State::Published),
            "{slug}: what is shown is published"
        );
        for state in [State::Draft, State::Reserved, State::Archived] {
            assert!(all.iter().any(|l| l.state == state), "{slug}: {state:?}");
        }
    }
}

#[test]
fn every_form_is_read_and_the_gate_agrees_with_the_state() {
    for agency in &AGENCIES {
        for listing in stock(agency.slug, YEAR) {
            for form in [&listing.form, &listing.at_first] {
                let input = parse(form, 2026).unwrap_or_else(|e| panic!("{}: {form:?}: {e:?}", agency.slug));
                if form.status == "active" && listing.state == State::Published {
                    assert_eq!(missing(&input, Some(agency.face.creci)).0, [], "{form:?}");
                }
            }
            let input = parse(&listing.form, 2026).expect("read above");
            let is_ready = missing(&input, Some(agency.face.creci)).0.is_empty();
            assert_eq!(is_ready, listing.state == State::Published, "{:?} {:?}", listing.state, listing.form);
        }
    }
}

#[test]
fn texts_keep_to_the_facts_and_to_grammar() {
    let mut titles = HashMap::<String, u32>::new();
    for agency in &AGENCIES {
        for listing in stock(agency.slug, YEAR) {
            let (form, text) =
                (&listing.at_first, format!("{} {}", listing.at_first.title, listing.at_first.description));
            *titles.entry(form.title.clone()).or_default() += 1;
            for wrong in [
                " 1 quartos",
                " 1 vagas",
                "um quartos",
                "um suíte",
                "dois suítes",
                "dois vagas",
                "  ",
                "..",
                "em na ",
                " ,",
                "de 1 quartos",
            ] {
                assert!(!text.contains(wrong), "{wrong:?} in {text}");
            }
            if !form.bedrooms.is_empty()
                && form.title.contains(" quarto")
                && form.title.contains(char::is_numeric)
                && form.title.contains("de ")
            {
                let said =
                    form.title.contains(&format!("{} quarto", form.bedrooms)) || !form.title.contains("de quarto");
                assert!(said, "{} has {} bedrooms", form.title, form.bedrooms);
            }
            assert!(form.title.chars().count() <= 100 && form.title.chars().count() >= 10, "{}", form.title);
        }
    }
    assert!(titles.values().all(|n| *n <= 3), "titles are varied: {titles:?}");
}

#[test]
fn neighbours_in_the_list_have_covers_of_their_own() {
    let all = stock("casa-azul", YEAR);
    let covers: Vec<_> = all.iter().filter_map(|l| l.shots.first()).collect();
    assert!(covers.windows(2).all(|pair| pair[0] != pair[1]));
    let distinct: BTreeSet<_> = covers.iter().collect();
    assert!(distinct.len() >= 45, "{} covers for {} properties", distinct.len(), covers.len());
    for listing in all.iter().filter(|l| l.state == State::Published && l.kind != PropertyType::Land) {
        let distinct: BTreeSet<_> = listing.shots.iter().collect();
        assert_eq!(distinct.len(), listing.shots.len(), "none twice");
        assert!((5..=9).contains(&listing.shots.len()), "{:?} has {}", listing.kind, listing.shots.len());
    }
}

#[test]
fn at_least_thirty_pictures_are_drawn() {
    let shots: BTreeSet<Shot> = AGENCIES.iter().flat_map(|a| stock(a.slug, YEAR)).flat_map(|l| l.shots).collect();
    assert!((30..=90).contains(&shots.len()), "{}", shots.len());
}
