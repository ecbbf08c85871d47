//! Yeollam (열람).
pub mod vocabulary;
pub mod agency;
