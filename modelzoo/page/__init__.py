"""The page: the leaderboard as one file of HTML, which ranks again while the reader moves the weights."""
