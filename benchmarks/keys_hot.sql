-- Three of ten sales hit one level; all others are drawn by Zipf's law.
\set dice random(1, 10)
\if :dice <= 3
\set location 1
\set item1 1
\else
\set location random(1, :locations)
\set item1 random_zipfian(1, :items, 1.1)
\endif
\set item2 random_zipfian(1, :items, 1.1)
\set item3 random_zipfian(1, :items, 1.1)
\set number random(1, 1000000000000000000)
