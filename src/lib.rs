//! Yeollam (열람).
pub mod agency;
pub mod hangul;
pub mod vocabulary;
