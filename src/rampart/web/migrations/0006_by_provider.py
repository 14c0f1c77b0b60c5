from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("web", "0005_case_versions")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="subject",
            field=models.CharField(blank=True, default="", max_length=600),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                condition=models.Q(("subject", ""), _negated=True), fields=("subject",), name="person_subject_once"
            ),
        ),
    ]
