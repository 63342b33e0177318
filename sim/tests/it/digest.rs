//! Digests that are the same on every platform. The numbers were computed
//! apart from this code, and stand for good.

use std::collections::BTreeSet;
use std::hash::Hash;

use sim::{Digest, DigestValue};

#[test]
fn digests_of_words_are_what_they_always_were() {
    for (words, expected) in [
        (&[][..], [0xDC24_1460_868D_829D, 0xCD8E_9833_5173_51CD]),
        (&[0], [0x7236_2BD5_C494_F746, 0x73E2_1B7B_30BD_068D]),
        (&[1, 2, 3], [0x6D50_3BE9_F2D0_62BD, 0xFDB9_F9B9_A86D_1CEF]),
    ] {
        let mut digest = Digest::new();
        for word in words {
            digest.word(*word);
        }
        assert_eq!(digest.finish(), DigestValue(expected), "{words:?}");
    }
}

#[test]
fn digests_of_pairs_are_what_they_always_were() {
    for (pairs, expected) in [
        (&[(0, 0)][..], [0xA32F_1B3C_7216_CB9B, 0x7B6B_9EB2_36CF_E40B]),
        (&[(1, 2)], [0x9CA8_5652_97E1_78B1, 0x5A0B_4209_3C7D_9B6E]),
        (&[(2, 1)], [0x2060_DA3E_7F9A_2FDA, 0xAE99_E299_E723_E8F1]),
        (&[(1, 2), (3, 4)], [0x7214_D8CD_5A6C_AA1A, 0xB7B3_0393_4B70_89D0]),
    ] {
        let mut digest = Digest::new();
        for (one, other) in pairs {
            digest.pair(*one, *other);
        }
        assert_eq!(digest.finish(), DigestValue(expected), "{pairs:?}");
    }
}

/// A word that is zero takes the other with it in a folded multiply of two.
#[test]
fn no_word_of_a_pair_silences_the_other() {
    let new = Digest::new();
    let of = |one, other| {
        let mut digest = new;
        digest.pair(one, other);
        digest.finish()
    };
    let silent = [0, 0x243F_6A88_85A3_08D3, 0xD6E8_FEB8_6659_FD93, 0x9E37_79B9_7F4A_7C15];
    for word in silent {
        let digests: BTreeSet<_> =
            (0..100).flat_map(|n| [of(word, n), of(n + 1_000, word)]).collect();
        assert_eq!(digests.len(), 200, "{word:x}");
    }
}

#[test]
fn digests_of_bytes_are_what_they_always_were() {
    for (bytes, expected) in [
        ("", [0x7236_2BD5_C494_F746, 0x73E2_1B7B_30BD_068D]),
        ("penny", [0xCAAC_6DFE_DE7C_EA2C, 0x5737_558E_B77D_82E4]),
        ("eight by", [0xDF6B_29BB_4263_9999, 0xEB4E_6E42_DA05_F65C]),
        ("pennywise", [0xBCD9_5094_42FA_98D5, 0x63E8_A18A_628D_F7FC]),
    ] {
        let mut digest = Digest::new();
        digest.bytes(bytes.as_bytes());
        assert_eq!(digest.finish(), DigestValue(expected), "{bytes:?}");
    }
}

#[test]
fn digests_of_derived_hashes_are_what_they_always_were() {
    #[derive(Hash)]
    struct Payload {
        kind: u16,
        subject: u64,
        urgent: bool,
    }
    for (of, expected) in [
        (Digest::of(&7_u8), 0xE0F9_C09F_087E_1621),
        (Digest::of(&7_u64), 0xE0F9_C09F_087E_1621),
        (Digest::of(&-1_i32), 0x1070_BD0A_CE74_54B9),
        (Digest::of(&-1_i8), 0x1070_BD0A_CE74_54B9),
        (Digest::of(&((1_u128 << 64) | 5)), 0x5481_8799_CB05_A841),
        (Digest::of(&"penny"), 0xCCBC_E45E_7682_0619),
        (Digest::of(&vec![1_u8, 2, 3]), 0x523B_0705_1AF2_48EE),
        (Digest::of(&Some(7_u64)), 0x700E_FD75_8492_E505),
        (Digest::of(&None::<u64>), 0xE42C_2350_F853_E3C5),
        (Digest::of(&Payload { kind: 3, subject: 9, urgent: true }), 0xEC82_BD33_0574_60DC),
    ] {
        assert_eq!(of, expected);
    }
}

#[test]
fn digests_tell_apart_what_is_nearly_the_same() {
    let words: [&[u64]; 9] =
        [&[], &[0], &[0, 0], &[1], &[1, 0], &[0, 1], &[1, 2], &[2, 1], &[1 << 63]];
    let bytes: [&[u8]; 8] =
        [b"a", b"a\0", b"ab", b"ba", b"12345678", b"12345678\0", b"\0", b"\0\0"];
    let of_words = words.map(|words| {
        let mut digest = Digest::new();
        words.iter().for_each(|word| digest.word(*word));
        digest.finish()
    });
    let of_bytes = bytes.map(|bytes| {
        let mut digest = Digest::new();
        digest.bytes(bytes);
        digest.finish()
    });
    assert_eq!(BTreeSet::from(of_words).len(), words.len());
    assert_eq!(BTreeSet::from(of_bytes).len(), bytes.len());
}

#[test]
fn a_digest_prints_as_32_hex_digits() {
    assert_eq!(DigestValue([1, 0xABC]).to_string(), "00000000000000010000000000000abc");
}
