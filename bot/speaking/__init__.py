"""The response generator: answer id, language and channel become text, choices and SMS parts."""
