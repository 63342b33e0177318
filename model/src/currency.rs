//! Currencies, with the number of digits of their minor units (ISO 4217).

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! currencies {
    ($($(#[$doc:meta])* $name:ident $code:literal = $number:literal, $exponent:literal;)*) => {
        /// A currency. Its number is for good: digests and the order of accounts
        /// hang on it, and a new currency takes the next one.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            JsonSchema,
        )]
        #[serde(rename_all = "UPPERCASE")]
        pub enum Currency {
            $($(#[$doc])* $name = $number,)*
        }

        impl Currency {
            /// Every currency, by code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Digits behind the decimal point.
            pub const fn exponent(self) -> u32 {
                match self {
                    $(Self::$name => $exponent,)*
                }
            }

            /// The three-letter code.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

// name "code" = number, exponent;
currencies! {
    /// Dirham of the United Arab Emirates.
    Aed "AED" = 4, 2;
    /// Argentine peso.
    Ars "ARS" = 5, 2;
    /// Australian dollar.
    Aud "AUD" = 6, 2;
    /// Bahraini dinar.
    Bhd "BHD" = 7, 3;
    /// Brazilian real.
    Brl "BRL" = 8, 2;
    /// Canadian dollar.
    Cad "CAD" = 9, 2;
    /// Swiss franc.
    Chf "CHF" = 10, 2;
    /// Chilean peso.
    Clp "CLP" = 11, 0;
    /// Yuan renminbi.
    Cny "CNY" = 12, 2;
    /// Colombian peso.
    Cop "COP" = 13, 2;
    /// Czech koruna.
    Czk "CZK" = 14, 2;
    /// Danish krone.
    Dkk "DKK" = 15, 2;
    /// Egyptian pound.
    Egp "EGP" = 16, 2;
    /// Euro.
    Eur "EUR" = 0, 2;
    /// Pound sterling.
    Gbp "GBP" = 17, 2;
    /// Hong Kong dollar.
    Hkd "HKD" = 18, 2;
    /// Forint.
    Huf "HUF" = 19, 2;
    /// Rupiah.
    Idr "IDR" = 20, 2;
    /// New Israeli sheqel.
    Ils "ILS" = 21, 2;
    /// Indian rupee.
    Inr "INR" = 22, 2;
    /// Iraqi dinar.
    Iqd "IQD" = 23, 3;
    /// Iceland króna.
    Isk "ISK" = 24, 0;
    /// Jordanian dinar.
    Jod "JOD" = 25, 3;
    /// Yen.
    Jpy "JPY" = 1, 0;
    /// Kenyan shilling.
    Kes "KES" = 26, 2;
    /// Won.
    Krw "KRW" = 27, 0;
    /// Kuwaiti dinar.
    Kwd "KWD" = 2, 3;
    /// Libyan dinar.
    Lyd "LYD" = 28, 3;
    /// Moroccan dirham.
    Mad "MAD" = 29, 2;
    /// Mexican peso.
    Mxn "MXN" = 30, 2;
    /// Malaysian ringgit.
    Myr "MYR" = 31, 2;
    /// Naira.
    Ngn "NGN" = 32, 2;
    /// Norwegian krone.
    Nok "NOK" = 33, 2;
    /// New Zealand dollar.
    Nzd "NZD" = 34, 2;
    /// Rial Omani.
    Omr "OMR" = 35, 3;
    /// Sol.
    Pen "PEN" = 36, 2;
    /// Philippine peso.
    Php "PHP" = 37, 2;
    /// Zloty.
    Pln "PLN" = 38, 2;
    /// Guarani.
    Pyg "PYG" = 39, 0;
    /// Qatari rial.
    Qar "QAR" = 40, 2;
    /// Romanian leu.
    Ron "RON" = 41, 2;
    /// Saudi riyal.
    Sar "SAR" = 42, 2;
    /// Swedish krona.
    Sek "SEK" = 43, 2;
    /// Singapore dollar.
    Sgd "SGD" = 44, 2;
    /// Baht.
    Thb "THB" = 45, 2;
    /// Tunisian dinar.
    Tnd "TND" = 46, 3;
    /// Turkish lira.
    Try "TRY" = 47, 2;
    /// New Taiwan dollar.
    Twd "TWD" = 48, 2;
    /// Hryvnia.
    Uah "UAH" = 49, 2;
    /// Uganda shilling.
    Ugx "UGX" = 50, 0;
    /// United States dollar.
    Usd "USD" = 3, 2;
    /// Dong.
    Vnd "VND" = 51, 0;
    /// CFA franc of Central Africa.
    Xaf "XAF" = 52, 0;
    /// CFA franc of West Africa.
    Xof "XOF" = 53, 0;
    /// Rand.
    Zar "ZAR" = 54, 2;
}

/// A code that no known currency has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{code}` is no currency that is known here: expected an ISO 4217 code in capitals, such as {}", nearest(.code).code())]
pub struct UnknownCurrency {
    /// What was given.
    pub code: String,
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        let known = Self::ALL.iter().find(|currency| currency.code() == code);
        known.copied().ok_or_else(|| UnknownCurrency { code: code.to_owned() })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The currency whose code has the most letters of `code` in their places.
fn nearest(code: &str) -> Currency {
    let code = code.to_uppercase();
    let alike = |currency: &&Currency| {
        currency.code().chars().zip(code.chars()).filter(|(one, other)| one == other).count()
    };
    // The first of equals, so that nothing alike gets a well-known one.
    let others = Currency::ALL.iter().filter(|currency| alike(currency) > 0);
    others.rev().max_by_key(alike).copied().unwrap_or(Currency::Eur)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_currency_has_the_minor_unit_that_iso_4217_gives_it() {
        for currency in Currency::ALL {
            let standard = iso_currency::Currency::from_code(currency.code()).expect("a code");
            let digits = standard.exponent().map(u32::from);
            assert_eq!(digits, Some(currency.exponent()), "{currency}");
        }
    }

    #[test]
    fn no_two_currencies_share_a_number_and_their_codes_are_sorted() {
        let numbers: BTreeSet<_> = Currency::ALL.iter().map(|currency| *currency as u8).collect();
        assert_eq!(numbers.len(), Currency::ALL.len());
        assert!(Currency::ALL.is_sorted_by_key(|currency| currency.code()));
    }

    #[test]
    fn a_code_is_read_and_a_wrong_one_is_told_the_nearest() {
        for currency in Currency::ALL {
            assert_eq!(currency.code().parse(), Ok(*currency));
        }
        for (code, hint) in [("EUX", "EUR"), ("usd", "USD"), ("JP", "JPY"), ("", "EUR")] {
            let error = code.parse::<Currency>().expect_err("no currency").to_string();
            assert!(error.ends_with(hint), "{error}");
        }
    }
}
