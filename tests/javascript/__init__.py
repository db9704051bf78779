"""Node for the JavaScript in ``assets``: where it is, and the two programs that check types and format with it."""
