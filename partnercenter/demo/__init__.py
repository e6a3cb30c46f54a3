"""Believable data for a first look: Chinese companies, with cases at every stage."""
