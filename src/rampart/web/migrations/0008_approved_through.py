from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("web", "0007_closed_months")]

    operations = [
        migrations.AddField(
            model_name="stagedreturn",
            name="approved_through",
            field=models.JSONField(default=dict),
        ),
    ]
