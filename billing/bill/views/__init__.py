"""Pages of our bill from 21Vianet."""
