//! Boards (板块) and what a place on them means on a day.

use crate::day::Day;
use crate::wording::terms;

terms! {
    /// A board on which shares are listed or quoted.
    pub enum Board as "board" {
        /// Main board, Shanghai.
        SseMain = "SSE", "沪市主板", "Shanghai main board";
        /// Main board, Shenzhen.
        SzseMain = "SZSE", "深市主板", "Shenzhen main board";
        /// SME board, Shenzhen (2004 to 2021-04-06, then merged into the main board).
        SzseSme = "SME", "中小板", "Shenzhen SME board";
        /// ChiNext.
        ChiNext = "ChiNext", "创业板", "ChiNext";
        /// STAR market.
        Star = "STAR", "科创板", "STAR market";
        /// Beijing Stock Exchange, opened 2021-11-15; before it the select tier (精选层) of NEEQ, from 2020-07-27.
        Bse = "BSE", "北交所", "Beijing Stock Exchange";
        /// National Equities Exchange and Quotations.
        Neeq = "NEEQ", "新三板", "NEEQ";
        /// Quotation of delisted shares.
        NeeqDelisted = "NEEQ-D", "退市板块", "NEEQ board for delisted shares";
        /// A regional equity market, such as 重庆OTC.
        Regional = "OTC", "区域股权市场", "regional equity market";
        /// Hong Kong.
        Hkex = "HKEX", "港交所", "Hong Kong Exchange";
        /// Nasdaq.
        Nasdaq = "NASDAQ", "纳斯达克", "Nasdaq";
        /// New York.
        Nyse = "NYSE", "纽交所", "New York Stock Exchange";
        /// Any other.
        Other = "other", "其他板块", "other board";
    }
}

terms! {
    /// What a place on a board means.
    pub enum BoardKind as "board kind" {
        /// Listing (上市).
        Listing = "listing", "上市", "listing";
        /// Select tier (精选层).
        SelectTier = "select-tier", "精选层", "select tier";
        /// Quotation (挂牌).
        Quotation = "quotation", "挂牌", "quotation";
        /// Quotation of delisted shares.
        DelistedShares = "delisted-shares", "退市股挂牌", "quotation of delisted shares";
    }
}

impl Board {
    /// The board whose codes and places it shares: a board that was merged away and the one that took it over are one market.
    #[must_use]
    pub const fn market(self) -> Self {
        match self {
            Self::SzseSme => Self::SzseMain,
            board => board,
        }
    }

    /// What a place on this board means, by the day from which it does: ascending, the first without a start.
    #[must_use]
    pub fn kinds(self) -> Vec<(Option<Day>, BoardKind)> {
        match self {
            Self::Bse => vec![
                (None, BoardKind::SelectTier),
                (Day::new(2021, 11, 15), BoardKind::Listing),
            ],
            Self::Neeq | Self::Regional => vec![(None, BoardKind::Quotation)],
            Self::NeeqDelisted => vec![(None, BoardKind::DelistedShares)],
            _ => vec![(None, BoardKind::Listing)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_is_found_by_code_and_by_both_names() {
        for word in ["STAR", "star", "科创板", "STAR market"] {
            assert_eq!(word.parse::<Board>(), Ok(Board::Star));
        }
        assert!("火星板".parse::<Board>().is_err());
    }

    #[test]
    fn beijing_was_the_select_tier_before_it_opened() {
        assert_eq!(
            Board::Bse.kinds(),
            vec![
                (None, BoardKind::SelectTier),
                (Day::new(2021, 11, 15), BoardKind::Listing)
            ]
        );
    }
}
