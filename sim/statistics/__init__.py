"""Pure mathematics with known answers: intervals, sequences, indices, regret, Owen values."""
